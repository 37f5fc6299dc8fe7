# step: logs
kubectl describe pod fragile
