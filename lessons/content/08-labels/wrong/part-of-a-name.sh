# step: delete
kubectl delete pod hello
