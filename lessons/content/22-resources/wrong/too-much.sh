# step: quota
kubectl create deployment web -n team-a --image=my-app:1.0 --replicas=3
kubectl set resources deployment web -n team-a --requests=cpu=500m,memory=64Mi
