# step: diagnose
predict label
# step: repair
kubectl label node node-2 disk=ssd
clock advance 30s
