# step: logs
kubectl logs worker --previous
