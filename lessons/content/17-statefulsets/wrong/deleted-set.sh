# step: again
kubectl delete statefulset db
