# step: off
kubectl delete pod lonely --wait=false
