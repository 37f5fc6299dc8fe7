# step: quota
kubectl create deployment web --image=my-app:1.0 --replicas=3
