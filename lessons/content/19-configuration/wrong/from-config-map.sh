# step: use
kubectl set env deployment/sign --from=configmap/sign
clock advance 20s
