# step: release
kubectl delete pod db-1 --wait=false
