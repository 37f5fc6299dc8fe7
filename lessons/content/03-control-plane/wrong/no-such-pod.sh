# step: controllers
fault component-stop kube-controller-manager
kubectl delete pod web
