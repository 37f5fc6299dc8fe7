# step: logs
kubectl logs till --previous
