# step: diagnose
predict scheduler
# step: repair
fault component-start kube-scheduler
clock advance 90s
