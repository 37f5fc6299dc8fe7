# step: diagnose
predict too-big
# step: repair
kubectl set resources deployment shop --requests=cpu=500m
clock advance 30s
