# step: diagnose
predict quota
# step: repair
kubectl set resources deployment shop --requests=cpu=100m
clock advance 60s
