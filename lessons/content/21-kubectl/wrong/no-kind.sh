# step: describe
kubectl describe clerk
