# step: box
kubectl apply -f big.yaml
kubectl set resources deployment big --requests=cpu=500m,memory=64Mi
clock until next

# step: ceiling
kubectl apply -f hungry.yaml
clock until next
kubectl set resources deployment hungry --limits=memory=300Mi
clock advance 60s

# step: quota
kubectl create deployment web -n team-a --image=my-app:1.0 --replicas=3
kubectl set resources deployment web -n team-a --requests=cpu=100m,memory=64Mi
clock advance 60s

# step: autoscale
kubectl apply -f busy.yaml
kubectl apply -f hpa.yaml
clock advance 90s
clock advance 60s
