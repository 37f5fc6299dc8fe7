# step: delete
kubectl delete replicaset hello
