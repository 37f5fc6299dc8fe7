# step: closes
kubectl apply -f busy.yaml
clock until next
kubectl delete pod busy --wait=false
