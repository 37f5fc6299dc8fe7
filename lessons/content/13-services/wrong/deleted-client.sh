# step: address
kubectl delete pod client --wait=false
