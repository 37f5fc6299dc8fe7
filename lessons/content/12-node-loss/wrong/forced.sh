# step: back
kubectl delete pod lonely --force --grace-period=0
