# step: logs
kubectl get events
