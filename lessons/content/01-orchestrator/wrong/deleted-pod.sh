# step: lost
kubectl delete pod hand-2 --wait=false
