# step: quota
kubectl create deployment web -n team-a --image=my-app:1.0 --replicas=3
kubectl delete resourcequota team-a -n team-a
