# step: ceiling
kubectl apply -f hungry.yaml
kubectl set resources deployment hungry --requests=memory=300Mi
