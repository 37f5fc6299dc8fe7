# step: restart
kubectl apply -f sign.yaml
