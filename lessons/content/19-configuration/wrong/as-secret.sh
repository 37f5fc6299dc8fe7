# step: missing
kubectl apply -f sign.yaml
kubectl create secret generic sign --from-literal=colour=red
