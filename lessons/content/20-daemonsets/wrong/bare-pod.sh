# step: kinds
kubectl run shop --image=my-app:1.0
