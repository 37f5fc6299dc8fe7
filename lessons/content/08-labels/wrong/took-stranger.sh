# step: take-out
kubectl label pod stranger app=examined --overwrite
