# step: diagnose
predict selector
# step: repair
kubectl set selector service shop app=shop
clock advance 3s
