# step: wait
kubectl apply -f later.yaml
kubectl delete pvc later
