# step: delete
kubectl delete pods -l app=shop --wait=false
clock advance 20s
