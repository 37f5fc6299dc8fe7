# step: logs
kubectl rollout restart deployment/till
clock advance 20s
