# step: work
kubectl run hello my-app:1.0
