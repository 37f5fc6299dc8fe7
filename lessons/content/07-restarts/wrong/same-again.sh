# step: mend
kubectl delete pod fragile --wait=false
clock advance 40s
kubectl apply -f fragile.yaml
