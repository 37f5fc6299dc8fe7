# step: controllers
fault component-stop kube-controller-manager
kubectl scale deployment web --replicas=1
