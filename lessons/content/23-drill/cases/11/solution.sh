# step: diagnose
predict memory
# step: repair
kubectl set resources deployment shop --limits=memory=256Mi --requests=memory=64Mi
clock advance 60s
