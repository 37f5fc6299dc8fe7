# step: logs
kubectl set env deployment/till drawer=left
clock advance 20s
