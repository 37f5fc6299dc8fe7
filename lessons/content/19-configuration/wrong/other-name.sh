# step: missing
kubectl apply -f sign.yaml
kubectl create configmap settings --from-literal=colour=red
