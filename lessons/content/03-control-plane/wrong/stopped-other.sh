# step: scheduler
fault component-stop kube-controller-manager
kubectl create deployment web --image=my-app:1.0 --replicas=2
