# step: again
kubectl delete pvc data-db-1 --wait=false
