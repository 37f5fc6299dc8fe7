# step: delete
kubectl delete pod stranger --wait=false
