# step: work
kubectl create deployment hello --image=my-app:1.0
