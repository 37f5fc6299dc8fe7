# step: scale
kubectl delete pod db-1 db-2 --wait=false
