# step: declare
kubectl run hand-4 --image=my-app:1.0
