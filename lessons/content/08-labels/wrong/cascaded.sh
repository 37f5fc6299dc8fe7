# step: orphan
kubectl delete replicaset hello
