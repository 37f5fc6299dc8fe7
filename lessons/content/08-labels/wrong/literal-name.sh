# step: take-out
kubectl label pod NAME app=examined --overwrite
