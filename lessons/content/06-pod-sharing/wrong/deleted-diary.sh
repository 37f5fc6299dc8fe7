# step: lives
kubectl delete pod diary --wait=false
