# step: scheduler
kubectl create deployment web --image=my-app:1.0 --replicas=2
fault component-stop kube-scheduler
