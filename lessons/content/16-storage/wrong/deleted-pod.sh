# step: container
kubectl apply -f bare.yaml
kubectl delete pod bare --wait=false
clock until next
clock until quiet
