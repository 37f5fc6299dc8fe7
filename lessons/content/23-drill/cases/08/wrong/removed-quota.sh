# step: repair
kubectl delete resourcequota team
