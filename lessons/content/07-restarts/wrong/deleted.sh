# step: gaps
kubectl delete pod fragile --wait=false
