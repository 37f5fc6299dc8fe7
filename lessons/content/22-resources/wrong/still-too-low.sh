# step: ceiling
kubectl apply -f hungry.yaml
clock until next
kubectl set resources deployment hungry --limits=memory=200Mi
